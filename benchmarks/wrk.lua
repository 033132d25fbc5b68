-- The load of the HTTP comparisons: wrk ... -s wrk.lua URL [-- plain|varying|pipelined|large]. The last line that it prints is
-- the result as JSON, for the harness.

wrk.method = "POST"
wrk.body = '{"sequence": 2}'
wrk.headers["Content-Type"] = "application/json"

local usual = {
  ["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)",
  ["Accept"] = "application/json, text/plain, */*",
  ["Accept-Language"] = "en-GB,en;q=0.9,de;q=0.7",
  ["Accept-Encoding"] = "gzip, deflate, br",
  ["Origin"] = "http://127.0.0.1",
  ["Referer"] = "http://127.0.0.1/",
  ["Cookie"] = "session=6f1c2a9be0d74c55; theme=dark",
  ["Cache-Control"] = "no-cache",
}

function init(args)
  local shape = args[1] or "plain"
  if shape == "varying" then
    for name, value in pairs(usual) do wrk.headers[name] = value end
    local requests = {}
    for i = 1, 1000 do requests[i] = wrk.format(nil, nil, nil, string.format('{"sequence": %d}', i * 7919)) end
    local at = 0
    request = function()
      at = at % 1000 + 1
      return requests[at]
    end
  elseif shape == "pipelined" then
    local sixteen = string.rep(wrk.format(), 16)
    request = function() return sixteen end
  elseif shape == "large" then
    wrk.body = '{"sequence": 2, "note": "' .. string.rep("x", 16384) .. '"}'
  elseif shape ~= "plain" then
    error("unknown shape " .. shape)
  end
end

function done(summary, latency)
  local percentiles = {}
  for _, percent in ipairs({ 1, 10, 25, 50, 75, 90, 95, 99, 99.9, 99.99 }) do
    percentiles[#percentiles + 1] = string.format("[%g,%.4f]", percent, latency:percentile(percent) / 1000)
  end
  local errors = {}
  for _, kind in ipairs({ "connect", "read", "write", "status", "timeout" }) do
    if summary.errors[kind] > 0 then errors[#errors + 1] = string.format('"%s":%d', kind, summary.errors[kind]) end
  end
  print(string.format(
    '{"operations":%d,"seconds":%.6f,"latency":{"percentiles":[%s],"maxMs":%.4f},"errors":{%s}}',
    summary.requests, summary.duration / 1e6, table.concat(percentiles, ","), latency.max / 1000, table.concat(errors, ",")
  ))
end
