"""What tests share: a cluster, databases cloned from a template, a small company."""
