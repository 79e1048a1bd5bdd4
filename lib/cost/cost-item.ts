/** One line of an estimate; `usd` is rounded to a ten-thousandth. */
export type CostItem = { item: string; quantity: number; unit: string; usd: number }

export function costItem(item: string, quantity: number, unit: string, price: number): CostItem {
  return { item, quantity, unit, usd: rounded(quantity * price) }
}

export const sumOf = (items: readonly CostItem[]): number => rounded(items.reduce((sum, { usd }) => sum + usd, 0))

const rounded = (usd: number) => Math.round(usd * 10_000) / 10_000
