import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '../../statemachines')

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }
export type StateDefinition = { [field: string]: Json } & { Type: string; Resource?: string }
export type Definition = { StartAt: string; States: { [name: string]: StateDefinition } }

export const machineNames = readdirSync(folder)
  .filter((file) => file.endsWith('.asl.json'))
  .map((file) => file.slice(0, -'.asl.json'.length))

const text = (name: string) => readFileSync(join(folder, `${name}.asl.json`), 'utf8')

/** A fresh copy each time: validators write into what they are given. */
export const readDefinition = (name: string): Definition => JSON.parse(text(name))

/** The definition as CloudFormation hands it over, with ARNs of the right kinds. */
export function readDeployed(name: string): Definition {
  const account = 'eu-west-1:123456789012'
  return JSON.parse(
    text(name)
      .replaceAll(`\${Partition}`, 'aws')
      .replaceAll(/\$\{(\w+)FunctionArn\}/g, `arn:aws:lambda:${account}:function:$1`)
      .replaceAll(/\$\{(\w+)StateMachineArn\}/g, `arn:aws:states:${account}:stateMachine:$1`)
      .replaceAll(`\${ScanTaskDefinitionArn}`, `arn:aws:ecs:${account}:task-definition/scan:1`)
      .replaceAll(/\$\{ScanTask(\w+)\}/g, '$1')
      .replaceAll(/\$\{(\w+)Bucket\}/g, 'odv-$1'.toLowerCase()),
  )
}

export type Placed = { machine: string; name: string; state: StateDefinition }

/** All states of all machines, those inside Maps included. */
export const allStates: Placed[] = machineNames.flatMap((machine) => statesOf(machine, readDefinition(machine)))

function statesOf(machine: string, { States }: Pick<Definition, 'States'>): Placed[] {
  return Object.entries(States).flatMap(([name, state]) => [
    { machine, name, state },
    ...(state.ItemProcessor ? statesOf(machine, state.ItemProcessor as unknown as Definition) : []),
  ])
}

/** Every text in a value, with the way to it. */
export function textsOf(value: unknown, where = ''): { where: string; text: string }[] {
  if (typeof value === 'string') return [{ where, text: value }]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, child]) => textsOf(child, `${where}/${name}`))
}

/** `open-run` of `OpenRun`. */
export const kebab = (name: string) => name.replace(/(?<!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase()
export const pascal = (name: string) => name.replace(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase())
