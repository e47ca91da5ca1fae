health = { status = "Progressing", message = "" }
if obj.status ~= nil and obj.status.conditions ~= nil then
  for _, condition in ipairs(obj.status.conditions) do
    if condition.type == "Ready" then
      health.message = condition.message or ""
      if condition.status == "True" then
        health.status = "Healthy"
      elseif condition.status == "Unknown" and condition.reason == "FailedReconcile" then
        health.status = "Degraded"
      end
    end
  end
end
return health
