local health = { status = "Progressing", message = "not validated yet" }
if obj.status ~= nil and obj.status.phase ~= nil then
  if obj.status.phase == "Available" then
    health = { status = "Healthy", message = "available" }
  else
    health = { status = "Degraded", message = obj.status.message or obj.status.phase }
  end
end
return health
