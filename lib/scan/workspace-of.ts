import type { SubjectIndex } from '../subject-index/open-subject-index.ts'
import type { RunSource } from './collect-runs.ts'
import type { SignSource } from './collect-signs.ts'
import { kernelOf } from './kernel/kernel-of.ts'
import type { Workspace } from './workspace.ts'

/** A thread needs one for each index. */
const workspaces = new WeakMap<SubjectIndex, Workspace | 'none'>()

/** The workspace in the kernel that all matchers of an index share in this thread; undefined where there can be none. */
export function workspaceOf(index: SubjectIndex): Workspace | undefined {
  let workspace = workspaces.get(index)
  if (workspace === undefined) {
    workspace = openWorkspace(index) ?? 'none'
    workspaces.set(index, workspace)
  }
  return workspace === 'none' ? undefined : workspace
}

function openWorkspace({ parts }: SubjectIndex): Workspace | undefined {
  const kernels = parts.flatMap((part) => kernelOf(part) ?? [])
  if (kernels.length < parts.length) return undefined
  return kernels.length === 1 ? kernels[0] : uniteWorkspaces(kernels)
}

/**
 * One workspace of those of an index's parts, all for the same shapes: matchers write to the block of the first, what is in it is
 * copied to the others before they look, and a place is left out only if all of them leave it out.
 */
function uniteWorkspaces(parts: readonly Workspace[]): Workspace {
  const [first, ...others] = parts as [Workspace, ...Workspace[]]
  const { block, countNewlines, sieve } = first
  // A source is read out before the next one collects, so that all may have the same room.
  const most = Math.floor(block.bytes.length / 2) + 2
  const room = { starts: new Int32Array(most), ends: new Int32Array(most) }
  return {
    block,
    countNewlines,
    // What may be in a form follows from the shapes, and from no filter.
    ...(sieve && { sieve }),
    beforeLooking(to) {
      for (const other of others) other.block.bytes.set(block.bytes.subarray(0, to))
    },
    sources: {
      filters: parts.flatMap(({ sources }) => sources.filters ?? []),
      runsOf: (indexed) =>
        uniteRuns(
          parts.map(({ sources }) => sources.runsOf(indexed)),
          room,
        ),
      signsOf: (indexed) =>
        uniteSigns(
          parts.map(({ sources }) => sources.signsOf(indexed)),
          room,
        ),
    },
    get holder() {
      return first.holder
    },
    set holder(holder) {
      first.holder = holder
    },
  }
}

type Room = { readonly starts: Int32Array; readonly ends: Int32Array }
type Places = { readonly count: number; readonly starts: ArrayLike<number>; readonly ends: ArrayLike<number> }

function uniteRuns(sources: readonly RunSource[], room: Room): RunSource {
  return {
    ...room,
    count: 0,
    resume: 0,
    collect(from, to, final) {
      for (const source of sources) source.collect(from, to, final)
      this.resume = sources[0]!.resume
      if (sources.some(({ resume }) => resume !== this.resume))
        throw new Error('workspace: resume: expected the same of all parts, since they look at the same bytes')
      this.count = unite(sources, room)
    },
  }
}

function uniteSigns(sources: readonly SignSource[], room: Room): SignSource {
  return {
    places: room.starts,
    count: 0,
    collect(from, to, final) {
      for (const source of sources) source.collect(from, to, final)
      this.count = unite(
        sources.map(({ count, places }) => ({ count, starts: places, ends: places })),
        room,
      )
    },
  }
}

/** Writes the places that any list has, ascending and each once; returns how many. A run has one end wherever it is told. */
function unite(lists: readonly Places[], { starts, ends }: Room): number {
  const next = lists.map(() => 0)
  let count = 0
  for (;;) {
    let least = -1
    for (let list = 0; list < lists.length; list++) {
      const start = startOf(lists[list]!, next[list]!)
      if (start !== undefined && (least === -1 || start < startOf(lists[least]!, next[least]!)!)) least = list
    }
    if (least === -1) break
    const start = startOf(lists[least]!, next[least]!)!
    starts[count] = start
    ends[count++] = lists[least]!.ends[next[least]!]!
    for (let list = 0; list < lists.length; list++) if (startOf(lists[list]!, next[list]!) === start) next[list]!++
  }
  // What is written behind the end of an array is lost without a word.
  if (count > starts.length) throw new Error('workspace: places: expected room for all of them')
  return count
}

const startOf = ({ count, starts }: Places, at: number) => (at < count ? starts[at] : undefined)
