import { UsageInvalid } from '../errors.ts'
import type { ExitCode } from './exit-code.ts'
import type { Parsed } from './parse-command.ts'
import { defaultState, plural, type Terminal } from './terminal.ts'

/** Calls the command that was typed. Each is loaded when it is called. @throws UsageInvalid */
export async function callCommand(
  { command, values, positionals, place }: Parsed,
  { cwd, signal }: { cwd: string; signal: AbortSignal },
  terminal: Terminal,
): Promise<ExitCode> {
  const named = <K extends string>(...names: K[]) =>
    Object.fromEntries(names.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]]))) as {
      [N in K]?: string
    }
  const example = () =>
    values['hashed-example'] === undefined ? {} : { hashedExample: values['hashed-example'] as string }
  const pins = () => ({ keys: (values.key as string[]) ?? [], authorities: (values.authority as string[]) ?? [] })
  const only = (most: number, what: string) => {
    if (positionals.length > most)
      throw new UsageInvalid(`odv ${command}: expected ${what}, got ${plural(positionals.length, 'argument')}`)
  }
  const one = (what: string) => {
    only(1, what)
    if (positionals[0] === undefined) throw new UsageInvalid(`odv ${command}: expected ${what}`)
    return positionals[0]
  }
  switch (command) {
    case 'run': {
      only(0, 'options only')
      const { runCommand } = await import('./commands/run-command.ts')
      const run = {
        ...named('manifest', 'config', 'resume'),
        stores: (values.store as string[] | undefined) ?? [],
        trigger: values.nightly ? ('nightly' as const) : ('on-demand' as const),
        dryRun: values['dry-run'] === true,
        wait: values['no-wait'] !== true,
      }
      return runCommand({ ...run, place, cwd, signal }, terminal)
    }
    case 'scan': {
      const { scanCommand } = await import('./commands/scan-command.ts')
      const indexes = (values.index as string[] | undefined) ?? []
      const scan = { ...named('manifest', 'state', 'forms', 'hashed'), ...example(), indexes, paths: positionals }
      const picturesMayBeClean = values['pictures-may-be-clean'] === true
      return scanCommand({ ...scan, picturesMayBeClean, cwd, signal }, terminal)
    }
    case 'index': {
      const [action, ...files] = positionals
      const state = (values.state as string | undefined) ?? defaultState
      if (action === 'build' || action === 'add') {
        only(1, `options only behind ${action}`)
        const { indexAddCommand, indexBuildCommand } = await import('./commands/index-command.ts')
        const identifierCase = values['identifier-case'] as string | undefined
        const given = {
          ...named('manifest', 'out', 'hashed'),
          ...example(),
          ...(identifierCase !== undefined && { identifierCase }),
        }
        const bases = (values.base as string[] | undefined) ?? []
        if (action === 'add') return indexAddCommand({ ...given, bases, state, cwd, signal }, terminal)
        if (bases.length > 0) throw new UsageInvalid('index build: expected no --base, which is for index add')
        return indexBuildCommand({ ...given, state, cwd, signal }, terminal)
      }
      if (action !== 'show' || files.length === 0)
        throw new UsageInvalid('odv index: expected build, add, or show FILE…')
      const { indexShowCommand } = await import('./commands/index-show-command.ts')
      return indexShowCommand({ files, state, cwd }, terminal)
    }
    case 'status': {
      only(1, 'at most one run')
      const { statusCommand } = await import('./commands/status-command.ts')
      return statusCommand(
        { ...(positionals[0] !== undefined && { run: positionals[0] }), ...named('out'), place, cwd },
        terminal,
      )
    }
    case 'request': {
      const { requestCommand } = await import('./commands/request-command.ts')
      return requestCommand({ request: one('one request'), ...named('out'), place, cwd }, terminal)
    }
    case 'ack': {
      const { ackCommand } = await import('./commands/ack-command.ts')
      return ackCommand({ request: one('one request'), ...named('file'), place, cwd }, terminal)
    }
    case 'export': {
      only(0, 'options only')
      const { exportCommand } = await import('./commands/export-command.ts')
      return exportCommand({ ...named('out', 'run', 'from', 'to'), place, cwd, signal }, terminal)
    }
    case 'verify': {
      const { verifyCommand } = await import('./commands/verify-command.ts')
      return verifyCommand({ bundle: one('one bundle'), ...pins(), ...named('since'), cwd }, terminal)
    }
    case 'correct': {
      only(0, 'options only')
      const { correctCommand } = await import('./commands/correct-command.ts')
      const { entry } = named('entry')
      const reasonFile = values['reason-file'] as string | undefined
      const approvedBy = values['approved-by'] as string | undefined
      const options = {
        ...(entry !== undefined && { entry }),
        ...(reasonFile !== undefined && { reasonFile }),
        ...(approvedBy !== undefined && { approvedBy }),
      }
      return correctCommand({ ...options, place, cwd, signal }, terminal)
    }
    case 'prove': {
      only(0, 'options only')
      const { proveCommand } = await import('./commands/prove-command.ts')
      const subjectFrom = values['subject-from'] as string | undefined
      const options = { ...named('bundle', 'out', 'run'), ...(subjectFrom !== undefined && { subjectFrom }) }
      return proveCommand({ ...options, place, cwd }, terminal)
    }
    case 'verify-proof': {
      const { verifyProofCommand } = await import('./commands/verify-proof-command.ts')
      return verifyProofCommand({ proof: one('one proof'), ...pins(), ...named('bundle', 'since'), cwd }, terminal)
    }
    case 'formats': {
      only(0, 'no arguments')
      const { formatsCommand } = await import('./commands/formats-command.ts')
      return formatsCommand(terminal)
    }
    case 'keys': {
      const { keysCommand } = await import('./commands/keys-command.ts')
      const [action = 'show', key] = positionals
      only(action === 'rotate' ? 2 : 1, 'init, show, or rotate attestation | log')
      const isKnown = action === 'rotate' ? key === 'attestation' || key === 'log' : ['init', 'show'].includes(action)
      if (!isKnown) throw new UsageInvalid('odv keys: expected init, show, or rotate attestation | log')
      return keysCommand(
        { action, ...(key !== undefined && { key }), ...named('out', 'record'), place, cwd, signal },
        terminal,
      )
    }
    case 'config': {
      only(1, 'at most one file')
      const { configCommand } = await import('./commands/config-command.ts')
      const file = positionals[0] === undefined ? {} : { file: positionals[0] }
      return configCommand({ ...file, ...named('manifest', 'replaces'), place, cwd }, terminal)
    }
    default: {
      only(1, 'at most one directory')
      const { demoCommand } = await import('./commands/demo-command.ts')
      return demoCommand({ directory: positionals[0] ?? 'odv-demo', cwd, signal }, terminal)
    }
  }
}
