-- Opens FILE in Neovim with the server of SERVER (one argument per line), and writes what the editor sees to standard
-- output, one JSON object per line: diagnostics, hover at the first error, code actions, and diagnostics after the first.

local function tell(kind, value)
  io.stdout:write(vim.json.encode({ kind = kind, value = value }) .. '\n')
end

local function messages()
  return vim.tbl_map(function(diagnostic)
    return { severity = diagnostic.severity, message = diagnostic.message, line = diagnostic.lnum + 1 }
  end, vim.diagnostic.get(0))
end

local function errors()
  return vim.diagnostic.get(0, { severity = vim.diagnostic.severity.ERROR })
end

local function wait(what, condition)
  if not vim.wait(20000, condition, 20) then
    error('waited in vain for ' .. what .. ': ' .. vim.inspect(messages()))
  end
end

local function session()
  vim.cmd('edit ' .. vim.fn.fnameescape(vim.env.FILE))
  vim.bo.filetype = 'dts'
  local client = vim.lsp.start_client({
    name = 'dtmap',
    cmd = vim.split(vim.env.SERVER, '\n'),
    root_dir = vim.fn.getcwd(),
    settings = vim.json.decode(vim.env.SETTINGS),
  })
  vim.lsp.buf_attach_client(0, client)
  local function ask(method, params)
    local answers = vim.lsp.buf_request_sync(0, method, params, 10000)
    local answer = answers and answers[client]
    assert(answer and not answer.error, method .. ': ' .. vim.inspect(answer))
    return answer.result
  end

  wait('an error', function() return #errors() > 0 end)
  tell('diagnostics', messages())

  local first = errors()[1]
  vim.api.nvim_win_set_cursor(0, { first.lnum + 1, first.col })
  tell('hover', ask('textDocument/hover', vim.lsp.util.make_position_params()))

  local params = vim.lsp.util.make_range_params()
  params.context = { diagnostics = { first.user_data.lsp and vim.tbl_extend('force', first.user_data.lsp, {
    range = {
      start = { line = first.lnum, character = first.col },
      ['end'] = { line = first.end_lnum, character = first.end_col },
    },
    message = first.message,
    severity = first.severity,
    source = first.source,
  }) } }
  local actions = ask('textDocument/codeAction', params)
  tell('actions', vim.tbl_map(function(action) return action.title end, actions))
  local action = actions[1]
  if not action.edit then action = ask('codeAction/resolve', action) end
  vim.lsp.util.apply_workspace_edit(action.edit, 'utf-16')
  local count = #errors()
  wait('the error to go', function() return #errors() < count end)
  vim.cmd('write')
  tell('after', messages())
end

local ok, problem = pcall(session)
if not ok then io.stderr:write(tostring(problem) .. '\n') end
vim.lsp.stop_client(vim.lsp.get_active_clients())
vim.cmd(ok and 'qa!' or 'cq!')
