"""The words both sides share: records, mutations, wire messages, search keys. Imports nothing of ours."""
