-- Streams only, over all keys.
local gateway = dofile(debug.getinfo(1, "S").source:match("^@(.*/)") .. "gateway.lua")

function init() request = gateway.by_turns(gateway.requests(true)) end

done = gateway.done
