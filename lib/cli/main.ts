import { OdvError } from '../errors.ts'
import { tool } from '../tool.ts'
import { callCommand } from './call-command.ts'
import { type ExitCode, exitCode, exitCodeOfError } from './exit-code.ts'
import { commandHelp, generalHelp } from './help.ts'
import { commandAt, parseCommand } from './parse-command.ts'
import { openTerminal, type Terminal } from './terminal.ts'

async function runCli(argv: readonly string[], terminal: Terminal, signal: AbortSignal): Promise<ExitCode> {
  const command = argv[commandAt(argv)]
  if (command === undefined || command === '--help' || command === '-h' || command === 'help') {
    terminal.print(generalHelp)
    return command === undefined ? exitCode.usage : exitCode.good
  }
  if (command === '--version') {
    terminal.print(tool.version)
    return exitCode.good
  }
  const parsed = parseCommand(argv, process.cwd())
  if (parsed.values.help) {
    terminal.print(commandHelp[parsed.command])
    return exitCode.good
  }
  return callCommand(parsed, { cwd: process.cwd(), signal }, terminal)
}

const terminal = openTerminal({
  json: process.argv.includes('--json'),
  stdout: process.stdout,
  stderr: process.stderr,
  now: Date.now,
})
// A reader that has seen enough (`| head`) must not end a run.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
const interruption = new AbortController()
process.once('SIGINT', () => interruption.abort())
process.once('SIGTERM', () => interruption.abort())

process.exitCode = await runCli(process.argv.slice(2), terminal, interruption.signal).catch((error: unknown) => {
  const code = exitCodeOfError(error)
  const message = error instanceof OdvError || code === exitCode.usage ? (error as Error).message : describeFault(error)
  terminal.warn(message.startsWith('odv') ? message : `odv: ${message}`)
  terminal.emit({ kind: 'error', error: error instanceof Error ? error.name : 'Error', message, exitCode: code })
  return code
})

/** A fault's name and where it happened. Its message is not ours: it could quote what was being read. */
function describeFault(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown fault'
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '))
  return [`internal fault: ${error.name} ${(error as NodeJS.ErrnoException).code ?? ''}`.trimEnd(), ...frames].join(
    '\n',
  )
}
