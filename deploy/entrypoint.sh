#!/bin/sh
# Starts the given command. For every variable NAME_FILE whose file can be read, NAME is that file's content, unless NAME
# is set already: secrets may come as files.
set -eu

for name in $(env | sed -n 's/^\([A-Z][A-Z0-9_]*\)_FILE=.*/\1/p'); do
  # CA_FILE is a setting of its own.
  [ "$name" != CA ] || continue
  value='' file=''
  eval "value=\${$name:-} file=\$${name}_FILE"
  unset "${name}_FILE"
  if [ -z "$value" ] && [ -r "$file" ]; then
    export "$name=$(cat "$file")"
  fi
done
exec "$@"
