import { attestationKeyFingerprint } from '../../lib/export/key-fingerprint.ts'
import {
  type Files,
  failedRun,
  type KeyPair,
  type SampleLog,
  sampleKeys,
  sampleLog,
  sampleRun,
  textIn,
  withEverything,
  withFile,
} from './sample-bundle.ts'

/** Logs whose keys were changed, honestly and not. */

export const first = sampleKeys()
export const second = sampleKeys()
const third = sampleKeys()
export const strangers = sampleKeys()

type Change = Parameters<SampleLog['rotate']>[2]

/** Entries: 0 a run, 1 the attestation key changes, 2 a run, 3 the log key changes, 4 a run; a checkpoint behind each but the second. */
export function rotated(
  {
    attestation,
    log,
    behind = () => {},
    alone = false,
  }: { attestation?: Change; log?: Change; behind?: (log: SampleLog) => unknown; alone?: boolean } = {},
  [old, next] = [first, second],
): { log: SampleLog; files: Files } {
  const built = sampleLog(old)
  failedRun(built, 'run-0')
  built.checkpoint()
  built.rotate('attestation', next.attestation, attestation)
  failedRun(built, 'run-1')
  built.checkpoint()
  built.rotate('log', next.log, log)
  built.checkpoint({ alone })
  failedRun(built, 'run-2')
  behind(built)
  built.checkpoint()
  return { log: built, files: built.bundle() }
}

export const { log: rotatedLog, files: rotatedFiles } = rotated()

/** A whole run on each side of both changes, and one change more. */
export function longRotated(): Files {
  const log = sampleLog(first)
  sampleRun(log)
  log.checkpoint()
  log.rotate('attestation', second.attestation)
  log.rotate('log', second.log)
  log.checkpoint()
  sampleRun(log, { runId: 'run-2' })
  log.rotate('attestation', third.attestation)
  sampleRun(log, { runId: 'run-3' })
  log.checkpoint()
  return log.bundle()
}

const at = (seq: number) => `attestations/00000${seq}`
const without = (files: Files, prefix: string) =>
  withEverything(new Map([...files].filter(([path]) => !path.startsWith(prefix))))
const signedBy = (choose: (all: KeyPair[]) => KeyPair[]) => ({ signers: choose })

/** The same transition, signed once more: it holds, and is not the one in the log. */
const again = () => rotated().files.get(`${at(1)}.dsse.json`)!

/** `check`: the one that has to refuse it. */
export const tamperedRotations: { name: string; tampered: () => Files; check: string }[] = [
  {
    name: 'a transition that only the old key signed',
    tampered: () => rotated({ attestation: signedBy(([old]) => [old!]) }).files,
    check: 'transition',
  },
  {
    name: 'a transition that only the new key signed',
    tampered: () => rotated({ attestation: signedBy(([, next]) => [next!]) }).files,
    check: 'transition',
  },
  {
    name: 'a transition that the old key signed twice',
    tampered: () => rotated({ attestation: signedBy(([old]) => [old!, old!]) }).files,
    check: 'transition',
  },
  {
    name: 'a transition that a stranger signed in the place of the old key',
    tampered: () => rotated({ attestation: signedBy(([, next]) => [strangers.attestation, next!]) }).files,
    check: 'transition',
  },
  {
    name: 'a transition of the log key without the old one',
    tampered: () => rotated({ log: signedBy(([attestation, , next]) => [attestation!, next!, next!]) }).files,
    check: 'transition',
  },
  {
    name: 'a transition of the log key without the new one',
    tampered: () => rotated({ log: signedBy(([attestation, old]) => [attestation!, old!, old!]) }).files,
    check: 'transition',
  },
  {
    name: 'a transition of the log key without the attestation key',
    tampered: () => rotated({ log: signedBy(([, old, next]) => [old!, next!]) }).files,
    check: 'transition',
  },
  {
    name: 'a transition with a number left out',
    tampered: () =>
      rotated({
        attestation: {
          change: (statement) => ({ ...statement, predicate: { ...statement.predicate, number: 2 } as never }),
        },
      }).files,
    check: 'transition',
  },
  {
    name: 'a transition back to a key that was retired',
    tampered: () => rotated({ behind: (log) => log.rotate('attestation', first.attestation) }).files,
    check: 'transition',
  },
  { name: 'a transition that is left out', tampered: () => without(rotatedFiles, `${at(1)}.`), check: 'transition' },
  {
    name: 'a transition of the log key that is left out',
    tampered: () => without(rotatedFiles, `${at(3)}.`),
    check: 'transition',
  },
  {
    name: 'a transition that is not in the log',
    tampered: () => withEverything(new Map([...rotatedFiles, [`${at(1)}.dsse.json`, again()]])),
    check: 'inclusion',
  },
  {
    name: 'a transition with another document',
    tampered: () =>
      withFile(rotatedFiles, `${at(1)}.document.json`, `${textIn(rotatedFiles, `${at(1)}.document.json`)} `),
    check: 'document',
  },
  {
    name: 'an attestation by the old key behind its transition',
    tampered: () =>
      rotated({
        attestation: { keep: true },
        log: signedBy(([, old, next]) => [second.attestation, old!, next!]),
      }).files,
    check: 'envelope',
  },
  {
    name: 'a transition by an attestation key that is not in force any more',
    tampered: () => rotated({ attestation: { keep: true } }).files,
    check: 'transition',
  },
  {
    name: 'a checkpoint by the old key behind its transition',
    tampered: () => rotated({ log: { keep: true } }).files,
    check: 'checkpoint',
  },
  {
    name: 'a first checkpoint behind the transition that the new key signed alone',
    tampered: () => rotated({ alone: true }).files,
    check: 'checkpoint',
  },
  {
    name: 'the checkpoint of both keys left out',
    tampered: () => withFile(withFile(rotatedFiles, 'log/checkpoints/4'), 'consistency/4'),
    check: 'checkpoint',
  },
  {
    name: 'a retired key of somebody else',
    tampered: () => withFile(rotatedFiles, 'keys/retired/attestation-p256.1.pub.pem', strangers.attestation.publicPem),
    check: 'transition',
  },
  {
    name: 'a retired log key of somebody else',
    tampered: () => withFile(rotatedFiles, 'keys/retired/log-ed25519.1.pub.pem', strangers.log.publicPem),
    check: 'transition',
  },
  {
    name: 'one retired key more, which nobody vouched for',
    tampered: () => withFile(rotatedFiles, 'keys/retired/attestation-p256.2.pub.pem', strangers.attestation.publicPem),
    check: 'transition',
  },
  {
    name: 'a retired key that is left out',
    tampered: () => withFile(rotatedFiles, 'keys/retired/log-ed25519.1.pub.pem'),
    check: 'transition',
  },
  {
    name: 'a retired key under a number of its own',
    tampered: () => withFile(rotatedFiles, 'keys/retired/attestation-p256.7.pub.pem', strangers.attestation.publicPem),
    check: 'layout',
  },
  {
    name: 'the old key in the place of the new one',
    tampered: () => withFile(rotatedFiles, 'keys/attestation-p256.pub.pem', first.attestation.publicPem),
    check: 'transition',
  },
  {
    name: 'instructions that name another key for the entries of the old one',
    tampered: () =>
      withFile(rotatedFiles, 'VERIFY.md', textIn(rotatedFiles, 'VERIFY.md').replace('-le 1 ]', '-le 2 ]')),
    check: 'instructions',
  },
  {
    name: 'a report that leaves out a key',
    tampered: () => {
      const { openssh } = attestationKeyFingerprint(first.attestation.publicPem)
      return withFile(rotatedFiles, 'report.html', textIn(rotatedFiles, 'report.html').replace(openssh, ''))
    },
    check: 'companions',
  },
]

/** A bundle of others whose keys lead from theirs to theirs. */
export const foreignRotated = rotated({}, [strangers, third]).files

/** What somebody makes who holds the retired keys: they vouch for keys of a stranger, past those that followed. */
export const forkedFiles = rotated({}, [first, strangers]).files
