import type { Command } from "commander";
import { hashPassword } from "../../access/password-hash.ts";
import { systemRandom } from "../../std/random.ts";
import type { CliContext } from "../cli-context.ts";
import type { CliCommand } from "../command.ts";
import { print } from "../output.ts";
import { readPassword } from "../read-password.ts";

export const usersCommand: CliCommand = {
  name: "users",
  add: (program, context) => {
    program
      .command("users")
      .description("people who sign in")
      .command("hash")
      .description(
        "the hash of a password, for signIn.users of the configuration; asks for it, or reads standard input",
      )
      .addHelpText("after", "\nExample: openssl rand -base64 18 | tee /dev/stderr | lakehose users hash")
      .action((_: object, command: Command) => hash(command, context));
  },
};

async function hash(command: Command, context: CliContext): Promise<void> {
  const passwordHash = await hashPassword(await readPassword(context, "Password: "), systemRandom);
  print(context, command, { passwordHash }, () => [passwordHash]);
}
