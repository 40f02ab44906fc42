-- The request of BENCH_REQUEST for wrk, and its result as one line of JSON.
local file = assert(io.open(os.getenv("BENCH_REQUEST"), "rb"))
wrk.method = "POST"
wrk.body = file:read("*a")
file:close()
wrk.headers["content-type"] = "application/json"
wrk.headers["authorization"] = "Bearer test-key-0000"
wrk.headers["x-perfgate-nonce"] = "0123456789ab00000000"

function done(summary)
   local errors = summary.errors
   local failed = errors.status + errors.connect + errors.read + errors.write + errors.timeout
   io.write(string.format('\n{"requests":%d,"failed":%d,"wall_ns":%d}\n', summary.requests, failed, summary.duration * 1000))
end
