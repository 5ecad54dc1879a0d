"""Code that knows nothing of rolling: AWS's own clients, and scripts as people write them."""
