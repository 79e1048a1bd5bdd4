import * as z from 'zod/mini'

/** Fields that several routes share. */

/** The name of a run: it leaves room for a store and a pass in the names of executions. */
export const runId = z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,44}$/, 'expected the name of a run'))
export const storeId = z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'expected the name of a store'))
export const requestId = z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$/, 'expected the name of a request'))
export const exportId = z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$/, 'expected the name of an export'))
export const time = z.iso.datetime()
export const verdict = z.enum(['verified', 'residual', 'incomplete'])
export const reasons = z.array(z.string())
