#!/bin/sh
# Stands in for `mc` where the bucket Job's script is tested: a store that lives in a folder, $STORE_DIR. It behaves as
# mc RELEASE.2025-08-13 does: https://github.com/minio/mc/tree/master/cmd. Every call is recorded with its arguments.
set -eu
PATH=/usr/bin:/bin

printf '%s\n' "$*" >>"$STORE_DIR/calls"
calls=$(wc -l <"$STORE_DIR/calls")

fail() {
  echo "mc: <ERROR> $1" >&2
  exit 1
}

# A test breaks one call, or all from one on.
[ "${FAIL_AT:-0}" -ne "$calls" ] || fail "this call is broken"

# Nobody answers until the store has been asked as often as a test wants.
answers() {
  closed=$(cat "$STORE_DIR/closed" 2>/dev/null || echo 0)
  if [ "$closed" -gt 0 ]; then
    echo $((closed - 1)) >"$STORE_DIR/closed"
    fail "connection refused"
  fi
}

# Two lines on standard input, access key and secret key.
read_keys() {
  IFS= read -r access || fail "no access key"
  IFS= read -r secret || fail "no secret key"
}

# The configuration of the client: one file for each alias.
alias_of() {
  file="$MC_CONFIG_DIR/aliases/$1"
  [ -f "$file" ] || fail "no alias $1"
  { IFS= read -r url && IFS= read -r access && IFS= read -r secret; } <"$file"
  is_known
  answers
}

is_known() {
  [ "$url" = "$(cat "$STORE_DIR/url")" ] || fail "nothing at $url"
  if [ "$access" = "$(cat "$STORE_DIR/root-user")" ]; then
    [ "$secret" = "$(cat "$STORE_DIR/root-password")" ] || fail "the signature does not match"
    root=true
  else
    [ -f "$STORE_DIR/users/$access" ] || fail "the access key does not exist"
    [ "$secret" = "$(cat "$STORE_DIR/users/$access")" ] || fail "the signature does not match"
    root=false
  fi
}

need_root() {
  alias_of "$1"
  "$root" || fail "access denied"
}

# Whether a policy of the user names the bucket.
may_list() {
  for policy in "$STORE_DIR/attached/$access"/*; do
    [ -f "$policy" ] || continue
    grep -q "\"arn:aws:s3:::$1\"" "$STORE_DIR/policies/$(basename "$policy")" && return 0
  done
  return 1
}

case "$*" in
"alias set "*)
  url=$4
  case $# in
  4) read_keys ;;
  6) access=$5 secret=$6 ;;
  *) fail "usage: alias set ALIAS URL" ;;
  esac
  mkdir -p "$MC_CONFIG_DIR/aliases"
  # It tries the keys before it keeps them.
  answers
  is_known
  printf '%s\n%s\n%s\n' "$url" "$access" "$secret" >"$MC_CONFIG_DIR/aliases/$3"
  echo "Added \`$3\` successfully."
  ;;
"ready "*)
  [ $# -eq 2 ] || fail "usage: ready ALIAS"
  alias_of "$2"
  echo "The cluster '$2' is ready"
  ;;
"mb "*)
  ignore=false
  [ "$2" != --ignore-existing ] || { ignore=true && shift; }
  [ $# -eq 2 ] || fail "usage: mb ALIAS/BUCKET"
  need_root "${2%%/*}"
  bucket=${2#*/}
  if [ -e "$STORE_DIR/buckets/$bucket" ]; then
    "$ignore" || fail "bucket $bucket exists"
  else
    mkdir -p "$STORE_DIR/buckets/$bucket"
  fi
  echo "Bucket created successfully \`$2\`."
  ;;
"admin user add "*)
  need_root "$4"
  case $# in
  4) read_keys ;;
  6) access=$5 secret=$6 ;;
  *) fail "usage: admin user add ALIAS" ;;
  esac
  [ "$access" != "$(cat "$STORE_DIR/root-user")" ] || fail "$access is the root user"
  [ ${#access} -ge 3 ] || fail "the access key is shorter than 3 characters"
  [ ${#secret} -ge 8 ] || fail "the secret key is shorter than 8 characters"
  case $access in *[=,]*) fail "the access key holds = or ," ;; esac
  mkdir -p "$STORE_DIR/users"
  printf '%s\n' "$secret" >"$STORE_DIR/users/$access"
  echo "Added user \`$access\` successfully."
  ;;
"admin policy create "*)
  [ $# -eq 6 ] || fail "usage: admin policy create ALIAS NAME FILE"
  need_root "$4"
  [ -f "$6" ] || fail "no file $6"
  mkdir -p "$STORE_DIR/policies"
  cat "$6" >"$STORE_DIR/policies/$5"
  echo "Created policy \`$5\` successfully."
  ;;
"admin policy attach "*)
  [ $# -eq 7 ] && [ "$6" = --user ] || fail "usage: admin policy attach ALIAS NAME --user USER"
  need_root "$4"
  [ -f "$STORE_DIR/policies/$5" ] || fail "the policy $5 does not exist"
  [ -f "$STORE_DIR/users/$7" ] || fail "the user $7 does not exist"
  mkdir -p "$STORE_DIR/attached/$7"
  : >"$STORE_DIR/attached/$7/$5"
  echo "Attached Policies: [$5]"
  ;;
"ls "*)
  [ $# -eq 2 ] || fail "usage: ls ALIAS/BUCKET"
  alias_of "${2%%/*}"
  bucket=${2#*/}
  bucket=${bucket%%/*}
  "$root" || may_list "$bucket" || fail "access denied"
  [ -e "$STORE_DIR/buckets/$bucket" ] || fail "bucket $bucket does not exist"
  ;;
*)
  fail "\`$*\` is no command"
  ;;
esac
