import type { Draw } from "./draw.ts";
import type { Generator } from "./generator.ts";

/** The stock ticker of AWS's own demonstration: symbol, sector, change and price, about 75 bytes. */
export const ticker: Generator = {
  name: "ticker",
  summary: "Stock ticker: symbol, sector, change, price (about 75 bytes).",
  intervalMs: 10,
  event: (draw) => {
    const [symbol, sector, price] = draw.pick(STOCKS);
    return Buffer.from(
      JSON.stringify({
        ticker_symbol: symbol,
        sector,
        change: changeOf(draw, price),
        price: draw.decimal(price * 0.9, price * 1.1, 2),
      }),
    );
  },
};

/** Invented companies: symbol, sector, usual price. */
const STOCKS: readonly [Stock, ...Stock[]] = [
  ["QXZ", "HEALTHCARE", 84.5],
  ["ALY", "ENERGY", 89.2],
  ["BNM", "TECHNOLOGY", 142.7],
  ["CRV", "RETAIL", 31.4],
  ["DFG", "TRANSPORTATION", 67.9],
  ["HJK", "FINANCIAL", 212.3],
  ["KLO", "ENERGY", 14.8],
  ["MNV", "HEALTHCARE", 5.4],
  ["PLM", "FINANCIAL", 19.3],
  ["RTY", "TECHNOLOGY", 498.1],
  ["SWT", "RETAIL", 57.6],
  ["VVS", "TRANSPORTATION", 102.2],
];

type Stock = readonly [symbol: string, sector: string, price: number];

/** A share of the price, so that cheap stocks move by cents. */
function changeOf(draw: Draw, price: number): number {
  return draw.decimal(-price * 0.02, price * 0.02, 2);
}
