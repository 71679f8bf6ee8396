"""Making it visible: trace, scene, drawing, stage. Each step is computed from the one before, never back."""
