wrk.method = "POST"
wrk.body = string.rep("0123456789", 1024)
wrk.headers["content-type"] = "application/octet-stream"
