import { AsyncLocalStorage } from 'node:async_hooks'
import { setImmediate } from 'node:timers/promises'
import { ServiceUnavailable } from '../../../lib/errors.ts'
import type { Chance } from './chance.ts'
import { type ManifestState, manifests } from './people.ts'
import type { Weather } from './weather.ts'

/** One call of a task, and what it has seen last. A `late` one was given up by whoever called it, and goes on all the same. */
export type Call = {
  task: string
  payload: Record<string, unknown>
  process: Process
  /** When it began, in true time. */
  began: { tick: number; at: number }
  skewMs: number
  late?: { untilTick: number }
  /** It ends without an answer after so many calls of ports. */
  portsLeft: number
  listedAt?: number
  manifest?: ManifestState
}

/** What runs executions; all that it calls fails once it is killed. */
export type Process = { isDead: boolean; stop: AbortController }

/** What every name of an error in a history means: somebody else did it, not the product. */
export class Crash extends Error {
  override readonly name = 'Runtime.ExitError'
}

export type World = ReturnType<typeof createWorld>

/** The truth: what time it is, who is transferred, and what happens to whom between two calls of ports. */
export function createWorld(chance: Chance, weather: Weather) {
  const calls = new AsyncLocalStorage<Call>()
  const waiting = new Set<{ untilTick: number; go(): void }>()
  let isOver = false
  const world = {
    chance,
    weather,
    calls,
    tick: 0,
    now: Date.parse('2026-11-23T20:00:00.000Z'),
    skewMs: 0,
    /** By how much clocks were set in all. */
    jumpedMs: 0,
    manifest: 'early' as ManifestState,
    manifestHistory: [{ at: 0, state: 'early' as ManifestState }],
    /** Called before every call of a port: writers, custodians and people do what they do then. */
    meanwhile: [] as (() => void | Promise<void>)[],
    /** Services that are out, and until when. */
    out: new Map<string, number>(),
    /** Texts of all errors. */
    said: [] as string[],

    clock: () => new Date(world.now + world.skewMs + (calls.getStore()?.skewMs ?? 0)),

    setManifest(state: ManifestState) {
      world.manifest = state
      world.manifestHistory.push({ at: world.now, state })
    },

    /** Whatever waits for later happens now. */
    async end(): Promise<void> {
      isOver = true
      for (let turns = 0; turns < 3; turns++) {
        for (const each of [...waiting]) each.go()
        await setImmediate()
      }
    },
    begin: () => {
      isOver = false
    },

    /** The call of a task that reads ends in its middle, as one does that has no memory left. */
    endCall(): void {
      const call = calls.getStore()
      if (call?.task !== 'scan-batch') return
      call.portsLeft = -1
      throw new Crash(`${call.task}: ended`)
    },

    async pass(name: string): Promise<void> {
      world.tick++
      world.now += Math.floor(chance.number('time') * 300)
      const call = calls.getStore()
      for (const each of [...waiting]) if (each.untilTick <= world.tick) each.go()
      if (call?.late && call.late.untilTick > world.tick && !isOver) {
        const { untilTick } = call.late
        await new Promise<void>((resolve) => {
          let seen = -1
          // Calls in one process share what they read of the evidence, and may wait for this one.
          const watch = setInterval(() => {
            if (seen === world.tick) entry.go()
            seen = world.tick
          }, 5)
          const entry = {
            untilTick,
            go() {
              clearInterval(watch)
              waiting.delete(entry)
              resolve()
            },
          }
          waiting.add(entry)
        })
      }
      if (call) {
        if (chance.rarely(`killed at ${call.task} ${name}`, weather.kills)) {
          call.process.isDead = true
          call.process.stop.abort()
        }
        // A function that was given up lives on when the machine that called it does not.
        if ((call.process.isDead && !call.late) || --call.portsLeft < 0) throw new Crash(`${call.task}: ended`)
      }
      if (chance.rarely('clock set', weather.clocks)) {
        const by = chance.pick('clock by', [-7_200_000, -1_800_000, -60_000, 60_000, 1_800_000, 7_200_000])
        world.skewMs += by
        world.jumpedMs += Math.abs(by)
      }
      if (chance.rarely('manifest exchanged', weather.manifests))
        world.setManifest(chance.pick('manifest', Object.keys(manifests) as ManifestState[]))
      for (const each of world.meanwhile) await each()
    },

    /** One call of a port, of which the request or the reply may be lost. */
    async through<T>(name: string, work: () => Promise<T>): Promise<T> {
      await world.pass(name)
      const isFaulty = calls.getStore() !== undefined
      const service = name.slice(0, name.indexOf('.'))
      if (isFaulty && chance.rarely(`outage of ${service}`, weather.outages))
        world.out.set(service, world.now + Math.floor(chance.number('outage') * 120_000))
      if (isFaulty && (world.out.get(service) ?? 0) > world.now) throw new ServiceUnavailable(`${name}: out`)
      if (isFaulty && chance.rarely(`request lost of ${name}`, weather.faults))
        throw new ServiceUnavailable(`${name}: request lost`)
      const result = await work()
      if (isFaulty && chance.rarely(`reply lost of ${name}`, weather.faults))
        throw new ServiceUnavailable(`${name}: reply lost`)
      return result
    },
  }
  return world
}

/** A port whose calls go through the world; those that give something to go through one by one are left. */
export function inWorld<P extends object>(world: World, name: string, port: P, left: readonly string[] = []): P {
  return new Proxy(port, {
    get(target, method: string) {
      const own = (target as Record<string, unknown>)[method]
      if (typeof own !== 'function' || left.includes(method)) return own
      return (...args: unknown[]) => world.through(`${name}.${method}`, async () => own.apply(target, args))
    },
  })
}
