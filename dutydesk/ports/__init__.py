"""What the engine asks of the outside, as Protocols. Implementations live in the layers above."""
