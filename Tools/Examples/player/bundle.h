// A file of Reprise (Sources/Bundles/KernelBundle.swift): its header, hash and manifest, and a strict reader of JSON. Wants to be
// included once. For little-endian machines.
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER = 32, VERSION = 1, ALIGNMENT = 256, MOST_DEPTH = 16 };

static const char *file_name = "player";

// Says what is wrong, once; returns false.
static bool fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "player: %s: ", file_name);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  return false;
}

// JSON: values in the order of the text; each knows where the one behind it and its parts begins.

typedef struct {
  char kind;  // '{', '[', '"', '0' for numbers, 'w' for true, false and null
  size_t start, length, next;
} Value;

typedef struct {
  const char *text;
  size_t length, at, count, room;
  Value *values;
} Json;

static void skip_spaces(Json *json) {
  while (json->at < json->length && strchr(" \t\r\n", json->text[json->at]) && json->text[json->at]) json->at++;
}

static bool json_error(const Json *json) { return fail("at byte %zu: the manifest is no JSON", HEADER + json->at); }

static bool parse(Json *json, int depth) {
  skip_spaces(json);
  if (json->at >= json->length || depth > MOST_DEPTH) return json_error(json);
  if (json->count == json->room) {
    size_t room = json->room ? 2 * json->room : 1024;
    Value *values = realloc(json->values, room * sizeof *values);
    if (!values) return fail("there is no memory for the manifest");
    json->values = values;
    json->room = room;
  }
  size_t self = json->count++;
  char first = json->text[json->at];
  Value value = {first, json->at + 1, 0, 0};
  if (first == '{' || first == '[') {
    char last = first == '{' ? '}' : ']';
    json->at++;
    skip_spaces(json);
    for (bool more = json->at < json->length && json->text[json->at] != last; more;) {
      if (first == '{') {
        size_t key = json->count;
        if (!parse(json, depth + 1)) return false;
        skip_spaces(json);
        if (json->values[key].kind != '"' || json->at >= json->length || json->text[json->at] != ':')
          return json_error(json);
        json->at++;
      }
      if (!parse(json, depth + 1)) return false;
      skip_spaces(json);
      more = json->at < json->length && json->text[json->at] == ',';
      if (more) json->at++;
    }
    if (json->at >= json->length || json->text[json->at] != last) return json_error(json);
    json->at++;
  } else if (first == '"') {
    for (json->at++; json->at < json->length && json->text[json->at] != '"'; json->at++) {
      if ((unsigned char)json->text[json->at] < ' ') return json_error(json);
      if (json->text[json->at] == '\\') json->at++;
    }
    if (json->at >= json->length) return json_error(json);
    value.length = json->at++ - value.start;
  } else {
    bool is_number = first == '-' || (first >= '0' && first <= '9');
    value = (Value){is_number ? '0' : 'w', json->at, 0, 0};
    while (json->at < json->length && strchr("+-.0123456789abcdefghijklmnopqrstuvwxyzE", json->text[json->at])
           && json->text[json->at])
      json->at++;
    value.length = json->at - value.start;
    if (value.length == 0) return json_error(json);
  }
  value.next = json->count;
  json->values[self] = value;
  return true;
}

static bool is_bytes(const Json *json, size_t value, const char *text, size_t length) {
  const Value *found = &json->values[value];
  return found->kind == '"' && found->length == length && !memcmp(json->text + found->start, text, length);
}

static bool is_text(const Json *json, size_t value, const char *text) { return is_bytes(json, value, text, strlen(text)); }

// The member of an object; 0, which is the manifest itself, where there is none.
static size_t member(const Json *json, size_t object, const char *key) {
  if (json->values[object].kind != '{') return 0;
  for (size_t at = object + 1; at < json->values[object].next; at = json->values[at + 1].next)
    if (is_text(json, at, key)) return at + 1;
  return 0;
}

static size_t length_of(const Json *json, size_t list) {
  size_t count = 0;
  if (json->values[list].kind != '[') return 0;
  for (size_t at = list + 1; at < json->values[list].next; at = json->values[at].next) count++;
  return count;
}

static size_t element(const Json *json, size_t list, size_t index) {
  size_t at = list + 1;
  while (index--) at = json->values[at].next;
  return at;
}

// A whole number from 0 to `most`.
static bool number(const Json *json, size_t value, const char *what, uint64_t most, uint64_t *result) {
  const Value *found = &json->values[value];
  uint64_t sum = 0;
  bool fits = found->kind == '0' && found->length < 19;
  for (size_t i = 0; fits && i < found->length; i++) {
    char digit = json->text[found->start + i];
    fits = digit >= '0' && digit <= '9';
    sum = 10 * sum + (uint64_t)(digit - '0');
  }
  if (!fits || sum > most)
    return fail("the manifest's %s is %.*s; expected a whole number from 0 to %llu", what,
                found->length < 40 ? (int)found->length : 40, json->text + found->start, (unsigned long long)most);
  *result = sum;
  return true;
}

typedef struct {
  uint8_t *bytes;
  size_t size, body;
  Json json;
  size_t contents;
} Bundle;

static uint64_t little_endian(const uint8_t *bytes, int count) {
  uint64_t value = 0;
  while (count--) value = value << 8 | bytes[count];
  return value;
}

static bool read_all(Bundle *bundle) {
  FILE *file = fopen(file_name, "rb");
  if (!file) return fail("it can't be opened");
  long size = fseek(file, 0, SEEK_END) ? -1 : ftell(file);
  bundle->bytes = size < 0 || size == LONG_MAX ? NULL : malloc((size_t)size + 1);
  rewind(file);
  bundle->size = bundle->bytes ? fread(bundle->bytes, 1, (size_t)size, file) : 0;
  fclose(file);
  return (bundle->bytes && bundle->size == (size_t)size) || fail("it can't be read");
}

static bool open_bundle(Bundle *bundle) {
  if (!read_all(bundle)) return false;
  const uint8_t *bytes = bundle->bytes;
  if (bundle->size < HEADER || memcmp(bytes, "REPRISE\n", 8)) return fail("it is no file of Reprise");
  uint64_t version = little_endian(bytes + 8, 4), manifest = little_endian(bytes + 12, 4);
  if (version != VERSION)
    return fail("it is of version %llu of the format; expected %d", (unsigned long long)version, VERSION);
  if (little_endian(bytes + 16, 8) != bundle->size || manifest > bundle->size - HEADER)
    return fail("it has %zu bytes, which is not what its header says", bundle->size);
  uint64_t hash = 0xcbf29ce484222325;
  for (size_t i = HEADER; i < bundle->size; i++) hash = (hash ^ bytes[i]) * 0x100000001b3;
  if (hash != little_endian(bytes + 24, 8)) return fail("it is damaged: its bytes have another hash than its header says");
  bundle->body = HEADER + manifest;
  bundle->json = (Json){.text = (const char *)bytes + HEADER, .length = manifest};
  if (!parse(&bundle->json, 0)) return false;
  skip_spaces(&bundle->json);
  if (bundle->json.at != manifest) return json_error(&bundle->json);
  bundle->contents = member(&bundle->json, 0, "contents");
  if (!is_text(&bundle->json, member(&bundle->json, 0, "kind"), "program") || !bundle->contents)
    return fail("it holds no program");
  return true;
}

// The bytes of the kernel or data that value `name` names.
static const uint8_t *part(const Bundle *bundle, const char *list, size_t name, uint64_t *size) {
  const Json *json = &bundle->json;
  size_t parts = member(json, 0, list);
  for (size_t i = 0; name && i < length_of(json, parts); i++) {
    size_t entry = element(json, parts, i);
    const Value *wanted = &json->values[name];
    if (wanted->kind != '"' || !is_bytes(json, member(json, entry, "name"), json->text + wanted->start, wanted->length)) continue;
    uint64_t offset, left = bundle->size - bundle->body;
    if (!number(json, member(json, entry, "offset"), "offset", left, &offset)
        || !number(json, member(json, entry, "bytes"), "length", left - offset, size))
      return NULL;
    if (offset % 4) return fail("a part begins at %llu", (unsigned long long)offset), NULL;
    return bundle->bytes + bundle->body + offset;
  }
  return fail("its %s lack one that the manifest names", list), NULL;
}
