// The message that `useChat` of ai 4 makes of each data stream named on the command line: a line of JSON each.
import { readFileSync } from "node:fs";
import { callChatApi } from "@ai-sdk/ui-utils";

for (const path of process.argv.slice(2)) {
  let told = null;
  let error = null;
  let ids = 0;
  try {
    await callChatApi({
      api: "http://localhost/api/chat", body: {}, streamProtocol: "data",
      fetch: async () => new Response(readFileSync(path)),
      generateId: () => `made-up-${ids++}`,
      restoreMessagesOnFailure: () => {}, onUpdate: (update) => (told = update), onFinish: (message) => (told = { ...told, message }),
    });
  } catch (thrown) {
    error = [thrown.name, thrown.message.split("\n")[0]];
  }
  const { revisionId, createdAt, ...object } = told?.message ?? {};
  if (told?.data?.length) object.data = told.data;
  console.log(JSON.stringify({ error, object: told === null ? null : object }));
}
