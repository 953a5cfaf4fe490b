// The same calls by the two clients that people use, in Node and in a browser: each says in lines what it got.
import { createFileRegistry, create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import grpcWeb from "grpc-web";

const SERVICE = "grpc.testing.TestService";

/** @param descriptors bytes of a FileDescriptorSet with the service */
export async function run(gateway, descriptors) {
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptors));
  const service = registry.getService(SERVICE);
  const lines = await byConnect(gateway, service);
  for (const format of ["binary", "text"]) {
    lines.push(...(await byGrpcWeb(gateway, service, format)));
  }
  return lines;
}

async function byConnect(gateway, service) {
  const client = createClient(service, createGrpcWebTransport({ baseUrl: gateway }));
  const lines = [];
  const answer = await client.unaryCall({ responseSize: 7 }, { onTrailer: (trailer) => lines.push(`connect trailer ${trailer.get("x-seen")}`),
    headers: { "x-grpc-test-echo-initial": "mine" }, onHeader: (header) => lines.push(`connect header ${header.get("x-grpc-test-echo-initial")}`) });
  lines.push(`connect unary ${answer.payload.body.length}`);
  const sizes = [];
  for await (const message of client.streamingOutputCall({ responseParameters: [{ size: 3 }, { size: 70000 }, { size: 5, intervalUs: 20000 }] })) {
    sizes.push(message.payload.body.length);
  }
  lines.push(`connect stream ${sizes}`);
  try {
    await client.unaryCall({ responseStatus: { code: 5, message: "not h\u00e9re" } });
  } catch (error) {
    lines.push(`connect error ${error.code} ${error.rawMessage}`);
  }
  try {
    await client.unimplementedCall({});
  } catch (error) {
    lines.push(`connect refused ${error.code}`);
  }
  try {
    await client.streamingOutputCall({ responseParameters: [{ size: 1, intervalUs: 30_000_000 }] }, { timeoutMs: 200 })[Symbol.asyncIterator]().next();
  } catch (error) {
    lines.push(`connect late ${error.code}`);
  }
  return lines.filter((line) => !line.endsWith(" null"));
}

/** Google's client, as generated code uses it. */
async function byGrpcWeb(gateway, service, format) {
  const { GrpcWebClientBase, MethodDescriptor, MethodType } = grpcWeb;
  const client = new GrpcWebClientBase({ format });
  const method = (name, type) => {
    const { input, output } = service.method[name];
    return new MethodDescriptor(`/${SERVICE}/${service.method[name].name}`, type, Object, Object,
      (message) => toBinary(input, create(input, message)), (bytes) => fromBinary(output, bytes));
  };
  const lines = [];
  const unary = method("unaryCall", MethodType.UNARY);
  const answer = await client.unaryCall(gateway + unary.getName(), { responseSize: 7 }, {}, unary);
  lines.push(`${format} unary ${answer.payload.body.length}`);
  const stream = method("streamingOutputCall", MethodType.SERVER_STREAMING);
  if (format === "text") { // it streams in this format only
    lines.push(await new Promise((done, failed) => {
      const sizes = [];
      client.serverStreaming(gateway + stream.getName(), { responseParameters: [{ size: 3 }, { size: 70000 }, { size: 5, intervalUs: 20000 }] }, {}, stream)
        .on("data", (message) => sizes.push(message.payload.body.length))
        .on("error", failed)
        .on("end", () => done(`text stream ${sizes}`));
    }));
  }
  try {
    await client.unaryCall(gateway + unary.getName(), { responseStatus: { code: 5, message: "not here" } }, {}, unary);
  } catch (error) {
    lines.push(`${format} error ${error.code} ${error.message}`);
  }
  return lines;
}
