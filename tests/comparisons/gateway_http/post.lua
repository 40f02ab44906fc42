wrk.method = "POST"
wrk.path = "/v1/chat/completions"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer test-key-0000"
wrk.headers["User-Agent"] = "OpenAI/Python 3.54.0"
wrk.headers["Accept"] = "application/json"
wrk.headers["x-perfgate-nonce"] = "0123456789abcdef"
wrk.body = '{"model":"gpt-4o","messages":[{"role":"user","content":"Say hello to the gate, please."}],"stream":false}'
