"""What a cluster needs: image, manifests, and an entry point that resumes."""
