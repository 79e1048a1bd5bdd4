import { OdvError } from '../errors.ts'
import { tool } from '../tool.ts'
import { callCommand } from './call-command.ts'
import { type ExitCode, exitCode, exitCodeOfError } from './exit-code.ts'
import { commandHelp, generalHelp } from './help.ts'
import { noRoomFor } from './no-room.ts'
import { commandAt, parseCommand } from './parse-command.ts'
import { programGoneFor } from './program-gone.ts'
import { openTerminal, type Terminal } from './terminal.ts'

async function runCli(argv: readonly string[], terminal: Terminal, signal: AbortSignal): Promise<ExitCode> {
  const at = commandAt(argv)
  const command = argv[at]
  if (command === undefined || command === '--help' || command === '-h' || command === 'help') {
    show('help', commandHelp[argv[at + 1] ?? ''] ?? generalHelp, terminal)
    return command === undefined ? exitCode.usage : exitCode.good
  }
  if (command === '--version') {
    const commit = tool.sourceCommit === undefined ? '' : `\ncommit ${tool.sourceCommit}`
    show('version', `${tool.version}\nbuild ${tool.buildSha256}${commit}`, terminal)
    return exitCode.good
  }
  const parsed = parseCommand(argv, process.cwd())
  if (parsed.values.help) {
    show('help', commandHelp[parsed.command]!, terminal)
    return exitCode.good
  }
  return callCommand(parsed, { cwd: process.cwd(), signal }, terminal)
}

function show(kind: 'help' | 'version', text: string, terminal: Terminal): void {
  terminal.print(text)
  terminal.emit({ kind, text })
}

const terminal = openTerminal({
  json: process.argv.includes('--json'),
  stdout: process.stdout,
  stderr: process.stderr,
  dumb: process.env.TERM === 'dumb',
  now: Date.now,
})
let isCut = false
// A reader that has seen enough (`| head`) must not end a run, nor a full disk that its output goes to.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return
    if (!isCut && stream === process.stdout)
      process.stderr.write(`odv: standard output: expected it to be written whole, got ${error.code}\n`)
    isCut = true
  })
// What nobody caught would end with 1, which says that something was found.
let isLost = false
process.on('uncaughtException', (error) => {
  isLost = true
  process.exit(fail(error))
})
const interruption = new AbortController()
process.once('SIGINT', () => interruption.abort())
process.once('SIGTERM', () => interruption.abort())

const ended = await runCli(process.argv.slice(2), terminal, interruption.signal).catch(fail)
// Otherwise who reads a file of findings that was cut off would take it for all of them.
process.on('exit', () => {
  process.exitCode = isCut || isLost ? exitCode.fault : ended
})

function fail(error: unknown): ExitCode {
  const code = exitCodeOfError(error)
  const message = error instanceof OdvError || code === exitCode.usage ? (error as Error).message : describeFault(error)
  terminal.warn(message.startsWith('odv') ? message : `odv: ${message}`)
  terminal.emit({ kind: 'error', error: error instanceof Error ? error.name : 'Error', message, exitCode: code })
  return code
}

/** A fault's name and where it happened. Its message is not ours: it could quote what was being read. */
function describeFault(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown fault'
  const mendable = noRoomFor(error) ?? programGoneFor(error)
  if (mendable !== undefined) return mendable
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '))
  return [`internal fault: ${error.name} ${(error as NodeJS.ErrnoException).code ?? ''}`.trimEnd(), ...frames].join(
    '\n',
  )
}
