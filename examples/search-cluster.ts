/** The cluster that examples deliver documents to, asked as its users do. */
export class SearchCluster {
  readonly address: string;

  constructor(address: string) {
    this.address = address;
  }

  /** That of `OPENSEARCH_URL`, which the configuration of an example reads too. */
  static fromEnvironment(command: string): SearchCluster {
    const address = process.env.OPENSEARCH_URL ?? process.env.LAKEHOSE_TEST_OPENSEARCH;
    if (address === undefined) throw new Error(`Expected a cluster: npm run servers -- run opensearch -- ${command}`);
    process.env.OPENSEARCH_URL = address;
    return new SearchCluster(address);
  }

  async ask<Result>(method: "GET" | "POST" | "PUT" | "DELETE", path: string, content?: object): Promise<Result> {
    const response = await fetch(`${this.address}/${path}`, {
      method,
      headers: { "content-type": "application/json" },
      ...(content === undefined ? {} : { body: JSON.stringify(content) }),
    });
    if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as Result;
  }

  /** Documents that a search finds now. */
  async count(index: string): Promise<number> {
    await this.ask("POST", `${index}/_refresh`);
    return (await this.ask<{ readonly count: number }>("GET", `${index}/_count`)).count;
  }

  /** What an example that was interrupted left there goes too. */
  async forget(...indices: readonly string[]): Promise<void> {
    for (const index of indices) {
      const found = await this.ask<readonly { readonly index: string }[]>("GET", `_cat/indices/${index}?format=json`);
      for (const one of found) await this.ask("DELETE", one.index);
    }
  }
}
