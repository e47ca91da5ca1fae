health = { status = "Progressing", message = "" }
if obj.status ~= nil and obj.status.cmfSync ~= nil then
  local state = obj.status.lifecycleState
  health.message = obj.status.error or obj.status.cmfSync.errorMessage or ""
  if obj.status.cmfSync.status == "Failed" or state == "FAILED" or state == "ROLLED_BACK" then
    health.status = "Degraded"
  elseif obj.status.cmfSync.status == "Created" and state == "STABLE" then
    health.status = "Healthy"
  elseif obj.status.cmfSync.status == "Created" and state == "SUSPENDED" then
    health.status = "Suspended"
  end
end
return health
