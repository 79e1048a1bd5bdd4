/**
 * The inner loops of pages: snappy blocks, packed numbers, whole numbers and strings as lines. Everything is in one memory; 64 bytes behind each area belong to
 * nobody, since 16 bytes are read and written at a time.
 */
export { unsnap } from './snappy'
export { tallyPacked } from './packed'
export { numberLines, stringLines, readAt, writtenTo } from './lines'
