"""`clienteling doctor`: what is well with a device and what is not, with how to mend it.

`examining` asks (files, keyring, network, disk) and gives `facts`; `judging` makes findings of them and asks nothing;
`cli.doctor` prints them. Nothing of the device is changed, whatever state it is in.
"""
