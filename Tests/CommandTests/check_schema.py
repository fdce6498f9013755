# Holds YAML files against a JSON Schema by the jsonschema package: python3 check_schema.py SCHEMA FILE...
# Prints an object: the first error of each file, or null; of `defaults`, those that their own schema refuses.
import json
import re
import sys

import yaml
from jsonschema import Draft202012Validator

# PyYAML takes 1e-3 for text, as YAML 1.1 did; YAML 1.2, and editors, for a number.
yaml.SafeLoader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$"), list("-+0123456789"))


def refused_defaults(part, path=""):
    """The paths of defaults in a part of a schema that the schema beside them refuses."""
    if isinstance(part, list):
        return [found for index, each in enumerate(part) for found in refused_defaults(each, f"{path}/{index}")]
    if not isinstance(part, dict):
        return []
    found = [each for name, value in part.items() for each in refused_defaults(value, f"{path}/{name}")]
    if "default" in part and "description" in part and not Draft202012Validator(part).is_valid(part["default"]):
        found.append(path)
    return found


schema = json.load(open(sys.argv[1]))
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
answers = {"defaults": refused_defaults(schema)}
for file in sys.argv[2:]:
    error = next(validator.iter_errors(yaml.safe_load(open(file))), None)
    answers[file] = error and error.message
print(json.dumps(answers))
