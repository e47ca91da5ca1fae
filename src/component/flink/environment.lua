health = { status = "Progressing", message = "" }
if obj.status ~= nil and obj.status.cmfSync ~= nil then
  health.message = obj.status.cmfSync.errorMessage or ""
  if obj.status.cmfSync.status == "Created" then
    health.status = "Healthy"
  elseif obj.status.cmfSync.status == "Failed" then
    health.status = "Degraded"
  end
end
return health
