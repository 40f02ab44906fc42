-- What the scripts beside it share: requests to any gateway, from these variables of the environment.
--   GATEWAY_KEYS         client keys, separated by commas (default: test-key-0000 to test-key-0099)
--   GATEWAY_MODEL        the model to ask for (default: gpt-4o-mini)
--   GATEWAY_PATH         where to ask (default: /v1/chat/completions)
--   GATEWAY_AUTH_HEADER  the header of the key (default: authorization)
--   GATEWAY_AUTH_VALUE   its value, with %s for the key (default: Bearer %s)
--   GATEWAY_HEADERS      further headers, one "name: value" a line, with {key} for the key (default: none)
local gateway = {}

local function setting(name, default)
   local value = os.getenv("GATEWAY_" .. name)
   return value and value ~= "" and value or default
end

local function default_keys()
   local keys = {}
   for number = 0, 99 do keys[#keys + 1] = string.format("test-key-%04d", number) end
   return table.concat(keys, ",")
end

local BODY = '{"model":"%s","max_tokens":1024,"stream":%s,"messages":[{"role":"user","content":"%s"}]}'
local QUESTION = "Why does the tail of a latency distribution matter more than its mean?"

-- The further headers of a key. A replacement's % is special to gsub, so the key goes in by a function.
local function add_headers(headers, key)
   for name, value in string.gmatch(setting("HEADERS", ""), "([^:\n]+): *([^\n]*)") do
      headers[name] = string.gsub(value, "{key}", function() return key end)
   end
end

-- One request for each key, made once: wrk's own time must not depend on how many there are.
function gateway.requests(stream)
   local made = {}
   local body = string.format(BODY, setting("MODEL", "gpt-4o-mini"), tostring(stream), QUESTION)
   for key in string.gmatch(setting("KEYS", default_keys()), "[^,]+") do
      local headers = { ["content-type"] = "application/json" }
      headers[setting("AUTH_HEADER", "authorization")] = string.format(setting("AUTH_VALUE", "Bearer %s"), key)
      add_headers(headers, key)
      made[#made + 1] = wrk.format("POST", setting("PATH", "/v1/chat/completions"), headers, body)
   end
   return made
end

-- Requests by turns, each thread from a place of its own.
function gateway.by_turns(requests)
   local turn = math.random(#requests)
   return function()
      turn = turn % #requests + 1
      return requests[turn]
   end
end

-- The result as one line of JSON, after what wrk itself prints.
function gateway.done(summary)
   local errors = summary.errors
   local failed = errors.status + errors.connect + errors.read + errors.write + errors.timeout
   local line = '\n{"requests":%d,"failed":%d,"wall_ns":%d}\n'
   io.write(string.format(line, summary.requests, failed, summary.duration * 1000))
end

return gateway
