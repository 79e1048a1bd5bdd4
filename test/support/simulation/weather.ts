/** How often rare things happen, for each call of a port; 0: never. */
export type Weather = {
  faults: number
  kills: number
  crashes: number
  late: number
  writers: number
  manifests: number
  clocks: number
  corrections: number
  lies: number
  /** A service that does not answer for a while. */
  outages: number
  /** Hours pass before a task is called. */
  pauses: number
  /** An execution is stopped, and redriven when its run has ended. */
  stops: number
  /** Minutes pass before some bytes come. */
  slow: number
  /** A key gives its duty to the next one. */
  keys: number
  /** What is in the log so far is exported. */
  exports: number
}

export const calm: Weather = {
  ...{
    faults: 0,
    kills: 0,
    crashes: 0,
    late: 0,
    writers: 0,
    manifests: 0,
    clocks: 0,
    corrections: 0,
    lies: 0,
    outages: 0,
    pauses: 0,
    stops: 0,
    slow: 0,
    keys: 0,
    exports: 0,
  },
}
const machines: Partial<Weather> = { faults: 0.003, kills: 0.002, crashes: 0.02, late: 0.03 }
/** By their names. `machines`: nothing but the product's own machines goes wrong. */
export const weathers: Record<string, Partial<Weather>> = {
  calm: {},
  machines,
  writers: { writers: 0.004 },
  liars: { lies: 0.03, faults: 0.002 },
  people: { manifests: 0.002, corrections: 0.0007, writers: 0.001, pauses: 0.04, stops: 0.02 },
  clocks: { clocks: 0.003, kills: 0.001 },
  storm: { faults: 0.001, kills: 0.001, crashes: 0.01, late: 0.03, writers: 0.002, manifests: 0.0005, clocks: 0.0002 },
  outages: { outages: 0.003, late: 0.02, stops: 0.02 },
  stopped: { stops: 0.08 },
  slow: { slow: 0.05, writers: 0.001, kills: 0.001 },
  late: { late: 0.1, writers: 0.002, kills: 0.001 },
  keys: { keys: 0.004, exports: 0.003, kills: 0.0005, corrections: 0.0005 },
  officers: { keys: 0.002, exports: 0.002, corrections: 0.001, ...machines },
}
