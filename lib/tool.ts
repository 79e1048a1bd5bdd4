import manifest from '../package.json' with { type: 'json' }

/** What evidence says about the program that made it. */
export const tool = { name: manifest.name, version: manifest.version }
