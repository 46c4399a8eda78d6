"""Joins the parts: the only package that knows concrete classes of store, engine, client, screens and server.

    device  a device with its store open, whose services work offline
    engine  its sync engine, in this process or asked of the one that runs
    app     the app on screen, over both

The server side is joined in `central_host`, so that a device need not load it.
"""
