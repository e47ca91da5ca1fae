health = { status = "Progressing", message = "" }
if obj.status ~= nil and obj.status.operationState ~= nil then
  local operation = obj.status.operationState
  if operation.phase == "Succeeded" and obj.status.health ~= nil and obj.status.health.status ~= nil then
    health.status = obj.status.health.status
    health.message = obj.status.health.message or ""
  elseif operation.phase == "Failed" or operation.phase == "Error" then
    health.status = "Degraded"
    health.message = operation.message or ""
  end
end
return health
