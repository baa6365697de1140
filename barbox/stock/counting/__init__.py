"""Stock-takes: counted while selling goes on, and what they found missing."""
