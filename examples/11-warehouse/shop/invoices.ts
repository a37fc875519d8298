import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { DAYS } from "./shop.ts";

const INVOICES = 25;

/** A file of each day with what its suppliers ask for, as another program puts it. */
export async function dropInvoices(url: string): Promise<void> {
  const credentials = { accessKeyId: "any", secretAccessKey: "any" };
  const s3 = new S3Client({ endpoint: url, region: "us-east-1", credentials, forcePathStyle: true });
  try {
    for (const day of DAYS) {
      const Body = invoicesOf(day)
        .map((invoice) => `${JSON.stringify(invoice)}\n`)
        .join("");
      await s3.send(new PutObjectCommand({ Bucket: "lake", Key: `incoming/invoices-${day}.json`, Body }));
    }
  } finally {
    s3.destroy();
  }
}

/** What SQL shall find. */
export function invoicesOfDays(): object[] {
  return DAYS.map((dt) => ({
    dt,
    invoices: INVOICES,
    amount: invoicesOf(dt).reduce((sum, { amount }) => sum + amount, 0),
  }));
}

function invoicesOf(day: string): { readonly supplier: string; readonly amount: number }[] {
  const dayOfMonth = Number(day.slice(-2));
  return Array.from({ length: INVOICES }, (_, index) => ({
    supplier: `supplier-${index}`,
    amount: dayOfMonth + index / 4,
  }));
}
