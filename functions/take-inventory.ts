import { takeInventory } from '../lib/pipeline/take-inventory.ts'
import { task } from './runtime.ts'

export const handler = task('take-inventory', takeInventory)
