// Starts Flutter with everything taken from this server, below the versioned base. Read by Flet's client: `window.flet`.
"use strict";
(() => {
  const base = document.documentElement.dataset.base;
  window.flet = {
    pyodide: false,
    multiView: false,
    noCdn: true,
    webSocketEndpoint: "/ws",
    entrypointBaseUrl: base,
    assetBase: base,
    canvasKitBaseUrl: `${base}canvaskit/`,
    fontFallbackBaseUrl: `${base}assets/fonts/`,
    routeUrlStrategy: "path",
    webRenderer: "auto",
  };
  const config = {
    entrypointBaseUrl: base,
    assetBase: base,
    canvasKitBaseUrl: flet.canvasKitBaseUrl,
    fontFallbackBaseUrl: flet.fontFallbackBaseUrl,
  };
  const failed = () => window.clientelingPage.fail();
  _flutter.loader
    .load({
      config,
      onEntrypointLoaded: async (engine) => {
        try {
          const app = await engine.initializeEngine(config);
          flet.flutterApp = await app.runApp();
        } catch (error) {
          failed();
          throw error;
        }
      },
    })
    .catch((error) => {
      failed();
      throw error;
    });
})();
