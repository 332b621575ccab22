-- A session of Neovim's own LSP client with the server, for neovim_test.go:
--   nvim --headless -u NONE -n -i NONE -S neovim.lua
-- BUILDLENS is the server's program, WORKSPACE a copy of the storefront. Prints
-- one JSON object a line and ends with 1 when something did not happen in time.
-- Written for Neovim 0.7, which has no vim.lsp.start.
local timeout = 120 * 1000
local workspace = vim.env.WORKSPACE

local function out(event)
  io.stdout:write(vim.json.encode(event) .. "\n")
  io.stdout:flush()
end

local function await(what, condition)
  assert(vim.wait(timeout, condition, 20), "waited in vain for " .. what)
end

local handlers = {
  ["buildlens/buildEvent"] = function(_, batch)
    for _, event in ipairs(batch.events) do
      out({ event = "build", kind = event.kind, seq = batch.seq, state = (event.finished or event.step or {}).state })
    end
  end,
  ["$/progress"] = function(_, progress)
    out({ event = "progress", kind = progress.value.kind, message = progress.value.message })
  end,
  ["window/showMessage"] = function(_, message)
    out({ event = "message", type = message.type, message = message.message })
  end,
  -- Says yes, by the first answer.
  ["window/showMessageRequest"] = function(_, question)
    local titles = vim.tbl_map(function(action) return action.title end, question.actions or {})
    out({ event = "question", message = question.message, titles = titles })
    return (question.actions or {})[1] or vim.NIL
  end,
}

local function start()
  local ready = false
  local id = vim.lsp.start_client({
    name = "buildlens",
    cmd = { vim.env.BUILDLENS, "serve" },
    root_dir = workspace,
    init_options = { buildEvents = true },
    handlers = handlers,
    on_init = function() ready = true end,
    on_error = function(code, err) out({ event = "error", code = code, message = tostring(err) }) end,
    on_exit = function(code) out({ event = "exit", code = code }) end,
  })
  await("the server", function() return ready end)
  return id
end

local function open(client, name, filetype)
  vim.cmd("edit " .. workspace .. "/" .. name)
  local buf = vim.api.nvim_get_current_buf()
  vim.bo[buf].filetype = filetype
  assert(vim.lsp.buf_attach_client(buf, client))
  return buf
end

local function line_of(buf, text)
  for i, line in ipairs(vim.api.nvim_buf_get_lines(buf, 0, -1, false)) do
    if line:find(text, 1, true) then return i - 1, line end
  end
  error(text .. " is not in the buffer")
end

local function replace(buf, text, replacement)
  local i, line = line_of(buf, text)
  local from, to = line:find(text, 1, true)
  vim.api.nvim_buf_set_lines(buf, i, i + 1, false, { line:sub(1, from - 1) .. replacement .. line:sub(to + 1) })
end

local function save(buf) vim.api.nvim_buf_call(buf, function() vim.cmd("silent write") end) end

local function request(client, buf, method, params)
  local answers, err = vim.lsp.buf_request_sync(buf, method, params, timeout)
  assert(answers, err)
  return answers[client]
end

local function document(buf) return { textDocument = vim.lsp.util.make_text_document_params(buf) } end

local function diagnostics(step, buf, matches)
  local found
  await(step, function()
    found = vim.tbl_filter(matches, vim.diagnostic.get(buf))
    return #found > 0
  end)
  for _, d in ipairs(found) do
    out({ event = "diagnostic", step = step, line = d.lnum + 1, severity = d.severity, source = d.source, code = d.code, message = d.message })
  end
end

local function cleared(step, buf, matches)
  await(step, function() return #vim.tbl_filter(matches, vim.diagnostic.get(buf)) == 0 end)
  out({ event = "cleared", step = step })
end

-- build_lens is the command of the lens over the block that starts with text.
local function build_lens(client, buf, text)
  local line = line_of(buf, text)
  local found
  for _, lens in ipairs(request(client, buf, "textDocument/codeLens", document(buf)).result or {}) do
    if lens.range.start.line == line then
      out({ event = "lens", line = line + 1, title = lens.command.title, command = lens.command.command })
      if lens.command.command == "buildlens.bake" and not found then found = lens.command end
    end
  end
  return assert(found, "no lens builds " .. text)
end

local function execute(step, client, buf, command)
  local answer = request(client, buf, "workspace/executeCommand", { command = command.command, arguments = command.arguments })
  local err = answer.error or answer.err
  out({ event = "answer", step = step, result = answer.result, error = err and { message = err.message, data = err.data } })
end

local function session()
  local client = start()
  local dockerfile = open(client, "services/worker/Dockerfile", "dockerfile")
  local casing = function(d) return d.code == "StageNameCasing" end
  replace(dockerfile, "tcc AS build", "tcc AS Build")
  diagnostics("casing", dockerfile, casing)
  replace(dockerfile, "tcc AS Build", "tcc AS build")
  cleared("casing", dockerfile, casing)

  local bake = open(client, "docker-bake.hcl", "dockerbake")
  local at, line = line_of(bake, 'image("worker")')
  local position = { line = at, character = line:find("image", 1, true) - 1 }
  local hover = request(client, bake, "textDocument/hover", vim.tbl_extend("force", document(bake), { position = position }))
  out({ event = "hover", result = hover.result })

  local lens = build_lens(client, bake, 'target "worker"')
  execute("first build", client, bake, lens)

  local of_build = function(d) return d.source == "build" end
  replace(dockerfile, "2 orders", "3 orders")
  save(dockerfile)
  execute("failing build", client, bake, lens)
  diagnostics("failure", dockerfile, of_build)
  replace(dockerfile, "3 orders", "2 orders")
  cleared("failure", dockerfile, of_build)
  save(dockerfile)
  execute("last build", client, bake, lens)

  local stopping = vim.lsp.get_client_by_id(client)
  stopping.stop()
  await("the end of the server", function() return stopping.is_stopped() end)
end

local ok, err = xpcall(session, debug.traceback)
if not ok then
  out({ event = "failed", message = tostring(err) })
  vim.cmd("cquit 1")
end
vim.cmd("qall!")
