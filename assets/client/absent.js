// Stands in for a script of another host that Flet's client asks for (animations, which this program has none of).
window.RiveNative = () => new Promise(() => {});
