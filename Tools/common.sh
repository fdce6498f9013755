# shellcheck shell=bash
# Sourced by the scripts of Tools and .ci: they run in the repository's root and report in one voice.
set -euo pipefail
unset CDPATH
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '%s\n' "$*"; }
heading() { printf '\n== %s\n' "$*"; }

# SwiftPM compiles shaders and C++ again where any variable differs, those of the shell itself too.
swift_build() {
  env -u OLDPWD -u SHLVL -u _ -u VK_DRIVER_FILES -u VK_ICD_FILENAMES -u REPRISE_CACHE -u REPRISE_CPU_THREADS swift build "$@"
}

fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# Each script defines usage.
bad_usage() {
  printf '%s: %s\n\n' "${0##*/}" "$*" >&2
  usage >&2
  exit 64
}
