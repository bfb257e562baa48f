"""What a site is made of, looked at once in its cluster: certificates, images, sizes, versions."""
