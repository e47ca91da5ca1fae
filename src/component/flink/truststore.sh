set -eu
home=$(java -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.home = //p')
rm -f "$TRUST"/*
cp "$home/lib/security/cacerts" "$TRUST/cacerts"
chmod u+w "$TRUST/cacerts"
# keytool reads the first certificate of a file and no other.
number=0
while IFS= read -r line || [ -n "$line" ]; do
  case $line in *'BEGIN CERTIFICATE'*) number=$((number + 1)) ;; esac
  printf '%s\n' "$line" >>"$TRUST/$number.pem"
done <"$CERTIFICATES"
while [ "$number" -gt 0 ]; do
  keytool -importcert -noprompt -alias "store-$number" -file "$TRUST/$number.pem" \
    -keystore "$TRUST/cacerts" -storepass "$PASSWORD"
  number=$((number - 1))
done
