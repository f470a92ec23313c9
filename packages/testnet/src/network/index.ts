export { createGatewayClient, type GatewayClient, type GatewayTarget } from "./gateway-client.ts";
export { httpGetThroughGateway, type GatewayGetOptions, type GatewayResponse } from "./gateway-http.ts";
export { createLoopbackProxy, type LoopbackProxy, type LoopbackProxyOptions } from "./loopback-proxy.ts";
export { routerAddress, serviceAddresses, type ServiceAddresses } from "./service-addresses.ts";
export type { ServicesMessage } from "./services-config.ts";
export { startServices, type ServicesExit, type ServicesHandle, type ServicesOptions } from "./start-services.ts";
