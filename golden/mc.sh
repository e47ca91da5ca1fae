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

# A bucket that is there, to whom may set it up.
of_bucket() {
  need_root "${1%%/*}"
  at="$STORE_DIR/buckets/${1#*/}"
  [ -d "$at" ] || fail "bucket ${1#*/} does not exist"
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
  shift
  ignore=false
  lock=
  while [ $# -gt 1 ]; do
    case $1 in
    --ignore-existing) ignore=true ;;
    --with-lock) lock=Enabled ;;
    --region) shift ;;
    *) fail "usage: mb ALIAS/BUCKET" ;;
    esac
    shift
  done
  need_root "${1%%/*}"
  bucket=${1#*/}
  if [ -e "$STORE_DIR/buckets/$bucket" ]; then
    "$ignore" || fail "bucket $bucket exists"
  else
    mkdir -p "$STORE_DIR/buckets/$bucket"
    printf '%s' "$lock" >"$STORE_DIR/buckets/$bucket/lock"
    [ -z "$lock" ] || echo enable >"$STORE_DIR/buckets/$bucket/version"
  fi
  echo "Bucket created successfully \`$1\`."
  ;;
"--json stat "*)
  of_bucket "$3"
  rules='"config":{"Rules":[]}'
  [ -e "$at/ilm" ] || rules=
  printf '{"status":"success","ObjectLock":{"enabled":"%s","mode":"","validity":""},"ilm":{%s}}\n' "$(cat "$at/lock")" "$rules"
  ;;
"version "*)
  of_bucket "$3"
  [ "$2" = enable ] || [ -z "$(cat "$at/lock")" ] || fail "an Object Lock configuration is present on this bucket"
  echo "$2" >"$at/version"
  ;;
"retention set --default "*)
  of_bucket "$6"
  [ -n "$(cat "$at/lock")" ] || fail "remote bucket $6 does not support locking"
  echo "$4 $5" >"$at/retention"
  ;;
"retention clear --default "*)
  of_bucket "$4"
  [ -n "$(cat "$at/lock")" ] || fail "remote bucket $4 does not support locking"
  rm -f "$at/retention"
  ;;
"quota set "*)
  of_bucket "$3"
  [ "$4" = --size ] || fail "usage: quota set TARGET --size SIZE"
  echo "$5" >"$at/quota"
  ;;
"quota clear "*)
  of_bucket "$3"
  rm -f "$at/quota"
  ;;
"ilm rule import "*)
  of_bucket "$4"
  cat >"$at/ilm.new"
  grep -q '"ID"' "$at/ilm.new" || fail "the provided ILM configuration does not contain any rule"
  mv "$at/ilm.new" "$at/ilm"
  ;;
"ilm rule rm --all --force "*)
  of_bucket "$6"
  [ -e "$at/ilm" ] || fail "the lifecycle configuration does not exist"
  rm "$at/ilm"
  ;;
"event list "*)
  of_bucket "$3"
  cat "$at/events" 2>/dev/null || true
  ;;
"event remove --force "*)
  of_bucket "$4"
  rm -f "$at/events"
  ;;
"event add "*)
  of_bucket "$3"
  target=$4 names= filter= left=
  shift 4
  while [ $# -gt 0 ]; do
    case $1 in
    --event) left=$2, ;;
    --prefix) filter="prefix=\"$2\"" ;;
    --suffix) filter="${filter}suffix=\"$2\"" ;;
    *) fail "unknown flag $1" ;;
    esac
    shift 2
  done
  while [ -n "$left" ]; do
    case ${left%%,*} in
    put) name='s3:ObjectCreated:*' ;;
    delete) name='s3:ObjectRemoved:*' ;;
    get) name='s3:ObjectAccessed:*' ;;
    replica) name='s3:Replication:*' ;;
    ilm) name='s3:ObjectRestore:*,s3:ObjectTransition:*' ;;
    scanner) name='s3:Scanner:ManyVersions,s3:Scanner:BigPrefix' ;;
    *) fail "no event ${left%%,*}" ;;
    esac
    names=${names:+$names,}$name
    left=${left#*,}
  done
  line="$target   $names   Filter: $filter"
  ! grep -qxF "$line" "$at/events" 2>/dev/null || fail "overlapping queue configs"
  printf '%s\n' "$line" >>"$at/events"
  ;;
"anonymous set "*)
  of_bucket "$4"
  echo "$3" >"$at/anonymous"
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
