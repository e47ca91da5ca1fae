# Provisions the cluster once, by the call that the operator makes: without parameters, so that the servers'
# configuration decides. Running it again changes nothing: a provisioned cluster says that it is, which is as good.
set -eu

attempts=0
while :; do
  # Five zero bytes are an empty gRPC message: not compressed, of length zero.
  answer=$(printf '\000\000\000\000\000' | curl --silent --show-error --max-time 30 --http2-prior-knowledge \
    --header 'content-type: application/grpc' --header 'te: trailers' \
    --data-binary @- --output /dev/null --dump-header - \
    "$NODE_URL/restate.node_ctl_svc.NodeCtlSvc/ProvisionCluster" 2>&1) || true
  case $answer in
    *'grpc-status: 0'*) echo "the cluster is provisioned"; exit 0 ;;
    *'grpc-status: 6'*) echo "the cluster was provisioned before"; exit 0 ;;
  esac
  attempts=$((attempts + 1))
  if [ "$attempts" -ge 120 ]; then
    echo "the first node at $NODE_URL cannot be provisioned: $answer" >&2
    exit 1
  fi
  sleep 5
done
